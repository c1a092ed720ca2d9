import { render } from 'preact';
import { keepAppearance } from './design/appearance.ts';
import { Shop } from './layout/shop.tsx';
import { startNavigation } from './routing/navigation.ts';

const root = document.getElementById('shop');
if (root === null) throw new Error('the page has no place for the shop');

keepAppearance();
startNavigation();
render(<Shop />, root);
