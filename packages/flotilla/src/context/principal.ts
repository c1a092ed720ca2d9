/** Who is asking. Set by a verifier at the edge only, and carried along with every call. */
export interface Principal {
	/** Who, unique within the issuer: at most 255 characters. */
	readonly subject: string;
	/** Who vouches for it. */
	readonly issuer: string;
	/** On behalf of which tenant. */
	readonly tenant?: string;
	/** What it may do. */
	readonly scopes: readonly string[];
}
