export { orders } from './service.ts';
export { isFinal, type News, type Verdict, whenReported } from './status.ts';
