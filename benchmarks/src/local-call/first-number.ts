/** The first number of every call; the second is the number of the call. */
export const A = 5;
