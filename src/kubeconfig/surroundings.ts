/** What the loader takes from the process and the machine; tests hand in their own. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly platform: NodeJS.Platform
  /** The folder of the pod's service account. */
  readonly serviceAccount: string
}

export function currentSurroundings(): Surroundings {
  return {
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    serviceAccount: '/var/run/secrets/kubernetes.io/serviceaccount',
  }
}
