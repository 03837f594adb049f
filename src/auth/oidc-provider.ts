/** An OpenID Connect login, as the kubeconfig's `auth-provider` named oidc. Printing it shows no secret. */
export interface OidcProvider {
  /** `https://…`, without `/.well-known/openid-configuration`. */
  readonly issuerUrl: string
  readonly clientId: string
  readonly clientSecret?: string
  readonly idToken?: string
  /** Absent: there is an end once the id-token has expired. */
  readonly refreshToken?: string
  /** PEM; the only authorities trusted for the issuer. */
  readonly ca?: string
  /** Where the login was read from. */
  readonly origin?: {
    readonly file: string
    /** Such as `users[0].user`. */
    readonly field: string
  }
}
