// Command clientcmd says what the real client-go makes of a kubeconfig: files, merging, credentials, TLS and the first
// request's URL and headers. README.md documents its flags and its answer, one object of JSON.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"os"

	// The auth providers that kubectl knows, those that only say that they are gone included.
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

func main() {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	overrides := &clientcmd.ConfigOverrides{}
	flag.StringVar(&rules.ExplicitPath, "kubeconfig", "", "the only file to load")
	flag.StringVar(&overrides.CurrentContext, "context", "", "")
	flag.StringVar(&overrides.Context.Cluster, "cluster", "", "")
	flag.StringVar(&overrides.Context.AuthInfo, "user", "", "")
	flag.StringVar(&overrides.Context.Namespace, "namespace", "", "")
	flag.StringVar(&overrides.ClusterInfo.Server, "server", "", "")
	flag.StringVar(&overrides.ClusterInfo.CertificateAuthority, "certificate-authority", "", "")
	flag.StringVar(&overrides.ClusterInfo.TLSServerName, "tls-server-name", "", "")
	flag.BoolVar(&overrides.ClusterInfo.InsecureSkipTLSVerify, "insecure-skip-tls-verify", false, "")
	flag.StringVar(&overrides.ClusterInfo.ProxyURL, "proxy-url", "", "")
	flag.StringVar(&overrides.AuthInfo.Token, "token", "", "")
	flag.StringVar(&overrides.AuthInfo.Impersonate, "as", "", "")
	request := flag.Bool("request", false, "also make the first request, which may run a credential plugin")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("unexpected argument %q", flag.Arg(0))
	}

	config := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(observe(config, *request)); err != nil {
		log.Fatal(err)
	}
}

// pluginName is the command of a credential plugin, or nothing.
func pluginName(exec *clientcmdapi.ExecConfig) string {
	if exec == nil {
		return ""
	}
	return exec.Command
}
