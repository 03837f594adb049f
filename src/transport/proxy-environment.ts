import { FieldError } from '../auth/field-error.ts'
import { isExempt } from './no-proxy.ts'
import type { ProxyServer } from './proxy.ts'
import { parseProxy } from './proxy.ts'
import type { Target } from './target.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy that the environment names for a server: Go's rules, of which client-go adds its own to none.
 * `ALL_PROXY` means nothing; a WebSocket goes where a request would, `wss` by `HTTPS_PROXY`.
 * @throws {RangeError} what names it is no proxy; Go goes around such a one, or fails when it connects
 */
export function environmentProxy(
  server: Target & { readonly secure: boolean },
  env: Environment,
): ProxyServer | null {
  // Upper case first: so Go up to 1.27; golang.org/x/net has turned it around since.
  const variable = firstSet(env, server.secure ? ['HTTPS_PROXY', 'https_proxy'] : httpVariables)
  if (variable === undefined) return null
  if (!server.secure && env['REQUEST_METHOD']) {
    // In a CGI program the client of the web server sets HTTP_PROXY, by a header `Proxy`.
    throw new FieldError(variable, 'is not used in a CGI program, where REQUEST_METHOD is set')
  }
  const noProxy = firstSet(env, ['NO_PROXY', 'no_proxy'])
  if (isExempt(server, env[noProxy ?? ''] ?? '')) return null
  const value = env[variable] ?? ''
  return parseProxy(value.includes('://') ? value : `http://${value}`, variable)
}

const httpVariables = ['HTTP_PROXY', 'http_proxy']

/** Empty is as good as not set. */
function firstSet(env: Environment, names: readonly string[]): string | undefined {
  return names.find((name) => env[name])
}
