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

/** How to authenticate: a fixed credential, a file that is read for each dial, or a function of the caller's. */
export type Auth =
  | { readonly token: string }
  | {
      readonly tokenFile: string
      /** Used while the file has never been readable. */
      readonly token?: string
    }
  | { readonly username: string; readonly password: string }
  | (() => Promise<Credential>)

/** Where credentials come from, as the dialer asks for them. */
export interface CredentialSource {
  /**
   * @param rejected the credential that the server answered 401 to; ask again for a better one
   * @throws {AuthError} there is none to be had
   */
  credential(rejected?: Credential): Promise<Credential>
  /** Whether asking again after a 401 can give another credential. */
  readonly refreshable: boolean
}
