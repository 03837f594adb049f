package main

import (
	"flag"
	"fmt"
	"io"

	"k8s.io/client-go/tools/clientcmd"
)

// answer is what client-go makes of the environment, the working directory and the flags.
func answer(args []string) (observed, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	overrides := &clientcmd.ConfigOverrides{}
	flags := flag.NewFlagSet("clientcmd", flag.ContinueOnError)
	// The error has the same words.
	flags.SetOutput(io.Discard)
	flags.StringVar(&rules.ExplicitPath, "kubeconfig", "", "the only file to load")
	flags.StringVar(&overrides.CurrentContext, "context", "", "")
	flags.StringVar(&overrides.Context.Cluster, "cluster", "", "")
	flags.StringVar(&overrides.Context.AuthInfo, "user", "", "")
	flags.StringVar(&overrides.Context.Namespace, "namespace", "", "")
	flags.StringVar(&overrides.ClusterInfo.Server, "server", "", "")
	flags.StringVar(&overrides.ClusterInfo.CertificateAuthority, "certificate-authority", "", "")
	flags.StringVar(&overrides.ClusterInfo.TLSServerName, "tls-server-name", "", "")
	flags.BoolVar(&overrides.ClusterInfo.InsecureSkipTLSVerify, "insecure-skip-tls-verify", false, "")
	flags.StringVar(&overrides.ClusterInfo.ProxyURL, "proxy-url", "", "")
	flags.StringVar(&overrides.AuthInfo.Token, "token", "", "")
	flags.StringVar(&overrides.AuthInfo.Impersonate, "as", "", "")
	request := flags.Bool("request", false, "also make the first request, which may run a credential plugin")
	if err := flags.Parse(args); err != nil {
		return observed{}, err
	}
	if flags.NArg() > 0 {
		return observed{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return observe(clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides), *request), nil
}
