export { type PaymentState, whenCancelled, whenReserved } from './payment.ts';
export { type PaymentsOptions, payments } from './service.ts';
