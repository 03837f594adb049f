/** Where a connection goes. */
export interface Target {
  /** Without brackets, also for IPv6. */
  readonly hostname: string
  readonly port: number
}

/** Host and port as in a URL: what errors name. */
export function addressOf({ hostname, port }: Target): string {
  return `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
}
