import type { OperatorToken } from './operator-token.ts';

/** What the shop says on standard output once it is ready. */
export function greeting(url: string, operator: OperatorToken): string {
	const secret = operator.fresh
		? `Its operator's token, generated now and kept in ${operator.path}:\n  ${operator.token}`
		: `Its operator's token is kept in ${operator.path}`;
	return `
The shop is open: ${url}

  API      ${url}/docs
  OpenAPI  ${url}/openapi.json
  Health   ${url}/health/ready
  Metrics  ${url}/metrics

${secret}

To register, sign in and order something without a browser, paste this:

${firstOrder(url)}
`;
}

/** Lines for any POSIX shell; they work again and again, since each time somebody new registers. */
function firstOrder(url: string): string {
	const json = "-H 'content-type: application/json'";
	return String.raw`shop=${url}/v1
me="\"email\":\"ada-$(date +%s)@example.com\",\"password\":\"analytical engine\""
curl -s $shop/users ${json} -d "{$me,\"name\":\"Ada\"}"; echo
token=$(curl -s $shop/sessions ${json} -d "{$me}" | sed 's/.*"token":"\([^"]*\)".*/\1/')
curl -s $shop/orders ${json} -H "authorization: Bearer $token" -H "idempotency-key: $(date +%s)" -d '{"lines":[{"sku":"COF-002","quantity":2},{"sku":"TEA-001","quantity":1}]}'; echo`;
}
