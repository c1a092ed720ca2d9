/** Where the picture of a violation goes when nothing is said. */
export const FOLDER = '.flotilla/findings';
