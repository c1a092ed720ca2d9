import { useRef, useState } from 'preact/hooks';
import { newKey } from '../connection/unique-key.ts';
import { Field } from '../design/field.tsx';
import { Page } from '../layout/page.tsx';
import { addressOf } from '../routing/routes.ts';
import { signUp } from './entering.ts';
import { Form } from './form.tsx';

const nobody = { name: '', email: '', password: '' };

export function SignUpView({ next }: { readonly next: string }) {
	const [person, setPerson] = useState(nobody);
	/** Sent in vain and again, the same form makes one account. */
	const key = useRef(newKey());
	const change = (field: keyof typeof nobody) => (value: string) => {
		key.current = newKey();
		setPerson((before) => ({ ...before, [field]: value }));
	};
	return (
		<Page title="Make an account" class="narrow">
			<Form action="Make the account" send={() => signUp(person, key.current, next)}>
				{(problemOf) => (
					<>
						<Field
							name="name"
							label="Name"
							autocomplete="name"
							value={person.name}
							problem={problemOf('name')}
							onInput={change('name')}
						/>
						<Field
							name="email"
							label="Email"
							hint="Nobody writes to it: this is a demonstration."
							kind="email"
							autocomplete="email"
							value={person.email}
							problem={problemOf('email')}
							onInput={change('email')}
						/>
						<Field
							name="password"
							label="Password"
							hint="At least 8 characters, and none that you use elsewhere."
							kind="password"
							autocomplete="new-password"
							value={person.password}
							problem={problemOf('password')}
							onInput={change('password')}
						/>
					</>
				)}
			</Form>
			<p>
				You have one? <a href={addressOf.signIn(next)}>Sign in</a>
			</p>
		</Page>
	);
}
