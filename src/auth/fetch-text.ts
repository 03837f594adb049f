/** One HTTP request of an auth provider's. */
export interface TextRequest {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** PEM; absent: the authorities that Node trusts. */
  readonly ca?: string
  readonly signal: AbortSignal
}

export interface TextResponse {
  readonly status: number
  readonly text: string
}

/**
 * HTTP as auth needs it; handed in, because this layer knows no transport. It must bound the answer's size and time,
 * follow no redirect, and name neither headers nor bodies in its errors.
 */
export type FetchText = (request: TextRequest) => Promise<TextResponse>
