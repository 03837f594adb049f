/** What `podwire --help` prints. */
export const usage = `Runs commands in the containers of Kubernetes pods.

Usage:
  podwire exec [options] POD -- COMMAND [ARGUMENT…]
  podwire config view [options]        what a command would use, without its secrets
  podwire config contexts [options]    the contexts there are, * marks the current one

Options:
  -n, --namespace NAME    the pod's namespace; default: the context's
  -c, --container NAME    the container; default: the pod's only one
  -i, --stdin             hand standard input to the command
      --verify            let the command report its own end; needs sh in the container
      --kubeconfig FILE   default: $KUBECONFIG, ~/.kube/config, the pod's service account
      --context NAME      default: the kubeconfig's current context
      --cluster NAME      instead of the context's cluster
      --user NAME         instead of the context's user
  -h, --help
      --version

Exit code: the command's own; 1 when nothing was started; 255 when the command's end is
not known, or its exit code is over 255 (a message on standard error says which).
`

/** A command line that means nothing; the message says why. */
export class UsageError extends Error {}
