import type { ExecPolicy } from './exec-policy.ts'
import type { FetchText } from './fetch-text.ts'

/** What getting credentials takes from the client and the process around it. */
export interface CredentialHost {
  /** @default 'allow' */
  readonly execPlugins?: ExecPolicy | undefined
  /** @default the process's own stderr for a plugin that has the terminal, nothing for others */
  readonly onPluginStderr?: ((chunk: Uint8Array) => void) | undefined
  /** Whether new OIDC tokens go back into the kubeconfig. @default false */
  readonly saveTokens?: boolean | undefined
  /** Absent: OIDC tokens cannot be refreshed. */
  readonly fetchText?: FetchText | undefined
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Whether standard input is a terminal. */
  readonly isTerminal?: (() => boolean) | undefined
  /** Milliseconds for one run of a plugin. */
  readonly pluginTimeout?: number | undefined
}
