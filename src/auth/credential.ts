import type { ExecPlugin } from './exec-plugin.ts'
import type { OidcProvider } from './oidc-provider.ts'

/** PEM text or bytes. */
export type Pem = string | Uint8Array

/** What authenticates one dial. Asked for before each, so that rotated tokens and certificates are used. */
export interface Credential {
  /** Such as `Authorization`; never shown, logged or put into an error. */
  readonly headers?: Readonly<Record<string, string>>
  readonly cert?: Pem
  readonly key?: Pem
  readonly expiresAt?: Date
}

/** A client certificate that is read anew for each dial, beside whatever goes into a header. */
export interface CertificateFiles {
  readonly certFile: string
  readonly keyFile: string
}

/** What makes up the `Authorization` header. */
export type HeaderAuth =
  | { readonly token: string }
  | {
      readonly tokenFile: string
      /** Used while the file has never been readable. */
      readonly token?: string
    }
  | { readonly username: string; readonly password: string }
  | { readonly oidc: OidcProvider }

/**
 * How to authenticate: with something fixed, with files that are read for each dial, by a credential plugin, an OIDC
 * login that was made before, or a function of the caller's.
 */
export type Auth =
  | HeaderAuth
  | CertificateFiles
  | (HeaderAuth & CertificateFiles)
  | { readonly exec: ExecPlugin }
  | (() => Promise<Credential>)

/** Where credentials come from, as the dialer asks for them. */
export interface CredentialSource {
  /**
   * @param rejected the credential that the server answered 401 to; ask again for a better one
   * @param signal stops a plugin or a request that nobody else waits for
   * @throws {AuthError} there is none to be had
   */
  credential(rejected?: Credential, signal?: AbortSignal): Promise<Credential>
  /** Whether asking again after a 401 can give another credential. */
  readonly refreshable: boolean
}
