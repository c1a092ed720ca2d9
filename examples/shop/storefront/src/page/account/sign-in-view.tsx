import { useState } from 'preact/hooks';
import { sessions } from '../connection/shop.ts';
import { Field } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { Page } from '../layout/page.tsx';
import { addressOf } from '../routing/routes.ts';
import { signIn } from './entering.ts';
import { Form } from './form.tsx';

export function SignInView({ next }: { readonly next: string }) {
	const [email, setEmail] = useState('');
	const [password, setPassword] = useState('');
	return (
		<Page title="Sign in" class="narrow">
			{sessions.hasExpired.value && (
				<Notice tone="plain" title="Your session has ended">
					<p>Sign in once more, and you are back where you were.</p>
				</Notice>
			)}
			<Form action="Sign in" send={() => signIn({ email, password }, next)}>
				{(problemOf) => (
					<>
						<Field
							name="email"
							label="Email"
							kind="email"
							autocomplete="username"
							value={email}
							problem={problemOf('email')}
							onInput={setEmail}
						/>
						<Field
							name="password"
							label="Password"
							kind="password"
							autocomplete="current-password"
							value={password}
							problem={problemOf('password')}
							onInput={setPassword}
						/>
					</>
				)}
			</Form>
			<p>
				New here? <a href={addressOf.signUp(next)}>Make an account</a>
			</p>
		</Page>
	);
}
