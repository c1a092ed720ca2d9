// What the shop's services offer, as data: no code of theirs, so that anybody may import it.
export { euros, Money } from './money.ts';
export {
	NewOrder,
	Order,
	OrderLine,
	OrderStatus,
	Orders,
	RejectionReason,
} from './orders.ts';
export { Account, Payments } from './payments.ts';
export { Price, Product, Products, Sku, Stock } from './products.ts';
export { Credentials, NewUser, Session, User, Users, VerificationKey } from './users.ts';
