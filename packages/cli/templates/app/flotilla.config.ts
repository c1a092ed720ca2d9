import type { Config } from '@flotilla/cli';

// What `flotilla dev` and `flotilla run` have to know beside the code. FLOTILLA_PORT and the like, and
// then arguments, override it.
export default {
	app: './src/app.ts',
	port: 8080,
	// Every operation of this app wants a token with the scope `till`. `flotilla dev` makes one for
	// this machine. For all else say here whose tokens count:
	//
	//   auth: jwt({ issuer: 'https://login.example', keys: ..., scopes: ['till'] }),
	//
	// with `jwt` of the package @flotilla/gateway. Until then `flotilla run` lets nobody in.
} satisfies Config;
