import type { Credential } from './credential.ts'
import { headerText } from './header.ts'
import { redact } from './redact.ts'

/** A credential that is one header; printing it shows no secret. */
export function authorization(value: string): Credential {
  return redact({ headers: { Authorization: value } }, ['headers'])
}

export function bearer(token: string): Credential {
  return authorization(`Bearer ${headerText(token)}`)
}
