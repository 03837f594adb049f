package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"io"
	"net/http"
	"sort"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/transport"
)

// observed is the answer; an absent field is one that does not apply. README.md documents it.
type observed struct {
	// Where it failed: load, config, url, transport or request.
	Stage string `json:"stage,omitempty"`
	Error string `json:"error,omitempty"`
	// Whether the error is the one for "no configuration at all".
	EmptyConfig bool `json:"emptyConfig,omitempty"`

	Host    string `json:"host,omitempty"`
	APIPath string `json:"apiPath,omitempty"`
	URL     string `json:"url,omitempty"`
	// The first request's, as client-go joins it.
	RequestURL string `json:"requestUrl,omitempty"`
	Namespace  string `json:"namespace,omitempty"`
	// Whether the namespace was chosen by a flag or a file.
	NamespaceSet bool `json:"namespaceSet,omitempty"`

	TLS       *tlsSettings `json:"tls,omitempty"`
	Token     string       `json:"token,omitempty"`
	TokenFile string       `json:"tokenFile,omitempty"`
	Username  string       `json:"username,omitempty"`
	Password  string       `json:"password,omitempty"`
	Plugin    *plugin      `json:"plugin,omitempty"`
	// The name of the auth-provider.
	Provider    string         `json:"provider,omitempty"`
	Impersonate *impersonation `json:"impersonate,omitempty"`
	// Of proxy-url; client-go leaves the environment's to net/http.
	Proxy string `json:"proxy,omitempty"`
	// Of the first request, sorted, without User-Agent and Accept; only with -request.
	Headers []string `json:"headers,omitempty"`
}

type tlsSettings struct {
	// SHA-256 of the DER of every certificate, in order.
	CA         []string `json:"ca,omitempty"`
	Cert       []string `json:"cert,omitempty"`
	HasKey     bool     `json:"hasKey,omitempty"`
	ServerName string   `json:"serverName,omitempty"`
	Insecure   bool     `json:"insecure,omitempty"`
}

type impersonation struct {
	User   string              `json:"user,omitempty"`
	UID    string              `json:"uid,omitempty"`
	Groups []string            `json:"groups,omitempty"`
	Extra  map[string][]string `json:"extra,omitempty"`
}

// failedAt keeps what was known until then.
func (o observed) failedAt(stage string, err error) observed {
	o.Stage, o.Error, o.EmptyConfig = stage, err.Error(), clientcmd.IsEmptyConfig(err)
	return o
}

func observe(client clientcmd.ClientConfig, request bool) observed {
	if _, err := client.RawConfig(); err != nil {
		return observed{}.failedAt("load", err)
	}
	config, err := client.ClientConfig()
	if err != nil {
		return observed{}.failedAt("config", err)
	}
	namespace, namespaceSet, err := client.Namespace()
	if err != nil {
		return observed{}.failedAt("config", err)
	}
	result := observed{
		Host: config.Host, Namespace: namespace, NamespaceSet: namespaceSet,
		Token: config.BearerToken, TokenFile: config.BearerTokenFile,
		Username: config.Username, Password: config.Password,
		Plugin: pluginOf(config.ExecProvider), Impersonate: impersonationOf(config.Impersonate),
	}
	if config.AuthProvider != nil {
		result.Provider = config.AuthProvider.Name
	}
	// The group version only decides what follows the prefix; the core group is under /api.
	config.GroupVersion, config.APIPath = &schema.GroupVersion{Version: "v1"}, "/api"
	base, path, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return result.failedAt("url", err)
	}
	result.URL, result.APIPath = base.String(), path
	result.RequestURL = rest.NewRequestWithClient(base, path, rest.ClientContentConfig{}, nil).URL().String()
	if config.Proxy != nil {
		proxied, err := config.Proxy(&http.Request{URL: base})
		if err != nil {
			return result.failedAt("transport", err)
		}
		if proxied != nil {
			result.Proxy = proxied.String()
		}
	}
	transportConfig, err := config.TransportConfig()
	if err != nil {
		return result.failedAt("transport", err)
	}
	tlsConfig, err := transport.TLSConfigFor(transportConfig)
	if err != nil {
		return result.failedAt("transport", err)
	}
	// TLSConfigFor has read the files into transportConfig.
	if result.TLS, err = tlsOf(tlsConfig, transportConfig.TLS); err != nil {
		return result.failedAt("transport", err)
	}
	// A transport of its own, behind everything that client-go puts around one.
	recorder := &headerRecorder{}
	wrapped, err := rest.HTTPWrappersForConfig(config, recorder)
	if err != nil {
		return result.failedAt("transport", err)
	}
	if request {
		if result.Headers, err = recorder.headersOf(wrapped, base.String()); err != nil {
			return result.failedAt("request", err)
		}
	}
	return result
}

func impersonationOf(config rest.ImpersonationConfig) *impersonation {
	if config.UserName == "" && config.UID == "" && len(config.Groups) == 0 && len(config.Extra) == 0 {
		return nil
	}
	return &impersonation{config.UserName, config.UID, config.Groups, config.Extra}
}

func tlsOf(config *tls.Config, files transport.TLSConfig) (*tlsSettings, error) {
	if config == nil {
		return nil, nil
	}
	settings := &tlsSettings{ServerName: config.ServerName, Insecure: config.InsecureSkipVerify}
	settings.CA = fingerprints(files.CAData)
	if config.GetClientCertificate != nil && len(files.CertData) > 0 {
		certificate, err := config.GetClientCertificate(&tls.CertificateRequestInfo{})
		if err != nil {
			return nil, err
		}
		for _, der := range certificate.Certificate {
			settings.Cert = append(settings.Cert, fingerprint(der))
		}
		settings.HasKey = certificate.PrivateKey != nil
	}
	return settings, nil
}

func fingerprints(text []byte) []string {
	var result []string
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" || len(block.Headers) > 0 {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err == nil {
			result = append(result, fingerprint(block.Bytes))
		}
	}
	return result
}

func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// headerRecorder answers every request and keeps the headers of the last one.
type headerRecorder struct {
	seen http.Header
}

func (h *headerRecorder) RoundTrip(r *http.Request) (*http.Response, error) {
	h.seen = r.Header
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(&bytes.Buffer{}), Request: r}, nil
}

// headersOf sends a request that ends in the recorder.
func (h *headerRecorder) headersOf(through http.RoundTripper, url string) ([]string, error) {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if _, err := through.RoundTrip(r); err != nil {
		return nil, err
	}
	headers := []string{}
	for name, values := range h.seen {
		if name == "User-Agent" || name == "Accept" {
			continue
		}
		for _, value := range values {
			headers = append(headers, name+": "+value)
		}
	}
	sort.Strings(headers)
	return headers, nil
}
