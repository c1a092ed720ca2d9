import { presence } from '../connection/shop.ts';
import { Icon } from '../design/icon.tsx';

/** Says that the shop cannot be reached, for as long as that is so. */
export function AwayBanner() {
	return (
		<div class="away" role="status">
			{presence.isAway.value && (
				<p>
					<Icon name="away" />
					<span>
						<strong>The shop cannot be reached.</strong> Your basket is kept in this browser. This
						page goes on by itself as soon as the shop answers.
					</span>
				</p>
			)}
		</div>
	);
}
