/** What goes into the kubeconfig of a test server. */
export interface KubeconfigFields {
  readonly server: string
  /** PEM. */
  readonly ca: string
  readonly token: string
}

/** A kubeconfig with everything inline, whose current context is `test`. */
export function renderKubeconfig({ server, ca, token }: KubeconfigFields): string {
  return `apiVersion: v1
kind: Config
current-context: test
clusters:
- name: test
  cluster:
    server: ${server}
    certificate-authority-data: ${Buffer.from(ca).toString('base64')}
contexts:
- name: test
  context:
    cluster: test
    user: kubernetes-admin
    namespace: default
users:
- name: kubernetes-admin
  user:
    token: ${JSON.stringify(token)}
`
}
