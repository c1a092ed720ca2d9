import { render } from 'preact';
import { loadApi } from './state/loaded-api.ts';
import { Page } from './view/page.tsx';

const place = document.getElementById('page');
if (place !== null) render(<Page />, place);
void loadApi();
