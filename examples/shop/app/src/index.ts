export { configuredShop, default as shop, type ShopOptions } from './app.ts';
export { Settings } from './settings.ts';
export { type OpenShop, openShop } from './start.ts';
