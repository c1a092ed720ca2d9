import { signal } from '@preact/signals';
import { render } from 'preact';

const title = signal('API');

function Page() {
	return <h1>{title}</h1>;
}

const place = document.getElementById('page');
if (place !== null) render(<Page />, place);
