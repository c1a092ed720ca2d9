export { type CatalogueItem, catalogue } from './catalogue.ts';
export { products } from './service.ts';
