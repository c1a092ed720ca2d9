export { tokenIssuer, users } from './service.ts';
