import type { CredentialHost } from '../../../src/auth/credential-host.ts'
import type { TextRequest, TextResponse } from '../../../src/auth/fetch-text.ts'
import type { OidcProvider } from '../../../src/auth/oidc-provider.ts'

export const PROVIDER: OidcProvider = { issuerUrl: 'https://idp/realm', clientId: 'client' }

/** An id-token that is good for `seconds`; none are signed. */
export function idToken(seconds: number, id = 's3cret'): string {
  const claims = { sub: id, exp: Math.floor(Date.now() / 1000) + seconds }
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${id}`
}

export interface Issuer extends CredentialHost {
  readonly requests: TextRequest[]
  /** The forms that were posted. */
  posts(): Readonly<Record<string, string>>[]
}

/** An issuer without a network: what it answers to each POST, in order. */
export function issuer(
  answers: readonly (unknown | TextResponse)[],
  discovery: Readonly<Record<string, unknown>> = {},
): Issuer {
  const requests: TextRequest[] = []
  const posted = () => requests.filter(({ method }) => method === 'POST')
  return {
    requests,
    posts: () => posted().map(({ body }) => Object.fromEntries(new URLSearchParams(body))),
    fetchText: async (request) => {
      requests.push(request)
      if (request.method === 'GET') {
        const document = { token_endpoint: 'https://idp/token', ...discovery }
        return { status: 200, text: JSON.stringify(document) }
      }
      const answer = answers[posted().length - 1]
      if (answer instanceof Error) throw answer
      if (isResponse(answer)) return answer
      return { status: 200, text: JSON.stringify(answer) }
    },
  }
}

function isResponse(answer: unknown): answer is TextResponse {
  return typeof answer === 'object' && answer !== null && 'status' in answer && 'text' in answer
}

export function refusal(error: string): TextResponse {
  return { status: 400, text: JSON.stringify({ error, error_description: 's3cret' }) }
}
