import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { PolicyRule, TestUser } from './options.ts'
import { bearerProtocolPrefix, offeredSubprotocols } from './request-log.ts'

/** Who sent a request, and what they may do. */
export interface AuthenticatedUser {
  readonly name: string
  readonly rules: readonly PolicyRule[]
}

const everything: readonly PolicyRule[] = [{ resources: ['*'], verbs: ['*'] }]

/** Finds the user of a request in the order of the real chain: client certificate, then header, then subprotocol. */
export class Authentication {
  readonly #users: readonly TestUser[]
  readonly #anonymous: boolean

  constructor(users: readonly TestUser[], anonymous: boolean) {
    this.#users = users
    this.#anonymous = anonymous
  }

  /** `null`: 401. Credentials that are wrong are never anonymous. */
  authenticate(request: IncomingMessage): AuthenticatedUser | null {
    const certificate = clientCertificateOf(request.socket as TLSSocket)
    if (certificate === 'unknown') return null
    if (certificate !== null) {
      return (
        this.#named(certificate.commonName) ?? { name: certificate.commonName, rules: everything }
      )
    }
    const { authorization } = request.headers
    if (authorization !== undefined) return this.#authorized(authorization)
    const protocols = offeredSubprotocols(request)
    const bearers = protocols.filter((name) => name.startsWith(bearerProtocolPrefix))
    if (bearers.length > 0) return this.#subprotocol(bearers, protocols.length)
    return this.#anonymous ? { name: 'system:anonymous', rules: [] } : null
  }

  #authorized(header: string): AuthenticatedUser | null {
    const [, scheme = '', value = ''] = /^(\S+) +(\S+)$/.exec(header) ?? []
    switch (scheme.toLowerCase()) {
      case 'bearer':
        return this.#bearer(value)
      case 'basic':
        return this.#basic(Buffer.from(value, 'base64').toString())
      default:
        return null
    }
  }

  #bearer(token: string): AuthenticatedUser | null {
    return this.#identity(this.#users.find((user) => user.token === token))
  }

  #basic(pair: string): AuthenticatedUser | null {
    const colon = pair.indexOf(':')
    const name = pair.slice(0, colon)
    const password = pair.slice(colon + 1)
    return this.#identity(
      this.#users.find((user) => user.name === name && user.password === password),
    )
  }

  /** One token, and another subprotocol beside it (apiserver, authentication/request/websocket/protocol.go). */
  #subprotocol(bearers: readonly string[], offered: number): AuthenticatedUser | null {
    const [bearer = ''] = bearers
    if (bearers.length > 1 || offered === 1) return null
    const encoded = bearer.slice(bearerProtocolPrefix.length)
    if (!/^[\w-]+$/.test(encoded)) return null
    return this.#bearer(Buffer.from(encoded, 'base64url').toString())
  }

  #named(name: string): AuthenticatedUser | null {
    return this.#identity(this.#users.find((user) => user.name === name))
  }

  #identity(user: TestUser | undefined): AuthenticatedUser | null {
    return user === undefined ? null : { name: user.name, rules: user.rules ?? everything }
  }
}

function clientCertificateOf(socket: TLSSocket): { commonName: string } | 'unknown' | null {
  const certificate = socket.getPeerCertificate()
  if (Object.keys(certificate).length === 0) return null
  return socket.authorized ? { commonName: String(certificate.subject.CN) } : 'unknown'
}
