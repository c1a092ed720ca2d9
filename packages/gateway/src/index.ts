// The edge.

// Who is asking.
export { anyOf, bearerToken, type Verifier } from './authentication.ts';
// Browsers.
export type { CorsOptions } from './cross-origin.ts';
export { type Gateway, type GatewayOptions, gateway } from './gateway.ts';
export { type JwtAlgorithm, type JwtOptions, jwt } from './jwt.ts';
// Bounds.
export { fixedLimits, type GatewayLimits, limitRanges } from './limits.ts';
export { type EdgeListener, type ListenOptions, listen } from './listener.ts';
export type { Pages } from './pages/page-folder.ts';
// Refusals.
export type { Problem } from './problem.ts';
