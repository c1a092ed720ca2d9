/**
 * The page that shows an API and calls it, as files to serve. It asks its own origin for
 * `/openapi.json`, and nobody else for anything.
 *
 * @example
 * await gateway(fleet, { docs: false, pages: [{ at: '/internal/api', folder }] });
 */
export const folder: URL = new URL('../dist/page/', import.meta.url);
