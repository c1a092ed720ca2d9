import type { Order } from '@shop/contracts';
import { Icon, type IconName } from '../design/icon.tsx';
import { type StepState, timelineOf } from './timeline.ts';

const icons: Readonly<Record<StepState, IconName>> = {
	done: 'check',
	active: 'dots',
	failed: 'cross',
	undone: 'undo',
	skipped: 'minus',
};

const words: Readonly<Record<StepState, string>> = {
	done: 'done',
	active: 'under way',
	failed: 'failed',
	undone: 'undone',
	skipped: 'not needed',
};

export function TimelineList({ order }: { readonly order: Order }) {
	return (
		<ol class="timeline">
			{timelineOf(order).map(({ title, service, text, state }) => (
				<li key={`${title} ${service}`} class={`step step-${state}`}>
					<span class="step-mark">
						<Icon name={icons[state]} />
					</span>
					<div>
						<h3>
							{title}
							<span class="unseen">, {words[state]}</span>
							<span class="step-service">{service}</span>
						</h3>
						<p>{text}</p>
					</div>
				</li>
			))}
		</ol>
	);
}
