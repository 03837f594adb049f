import { readFileSync } from 'node:fs'

/** A file of fixtures/kubeconfig/tls. */
export function pem(name: string): string {
  const url = new URL(`../../../fixtures/kubeconfig/tls/${name}`, import.meta.url)
  return readFileSync(url, 'utf8')
}
