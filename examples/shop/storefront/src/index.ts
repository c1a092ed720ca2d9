/** The storefront as files to serve: `gateway(fleet, { pages: [{ at: '/', folder, fallback }] })`. */
export const folder: URL = new URL('../dist/page/', import.meta.url);

/** The storefront has addresses of its own: whatever is no file is shown by this one. */
export const fallback = 'index.html';
