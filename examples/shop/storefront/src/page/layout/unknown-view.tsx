import { addressOf } from '../routing/routes.ts';
import { Page } from './page.tsx';

export function UnknownView() {
	return (
		<Page title="Nothing here" class="narrow">
			<p class="lead">There is no page at this address. It may have been mistyped.</p>
			<p>
				<a class="button button-main" href={addressOf.catalogue()}>
					See all products
				</a>
			</p>
		</Page>
	);
}
