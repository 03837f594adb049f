package main

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/proxy"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/endpoints/filters"
	"k8s.io/apiserver/pkg/endpoints/filters/impersonation"
	"k8s.io/apiserver/pkg/endpoints/handlers/responsewriters"
	"k8s.io/apiserver/pkg/endpoints/request"
	translator "k8s.io/apiserver/pkg/util/proxy"
	"k8s.io/streaming/pkg/httpstream/wsstream"
)

// generation is where a release ends WebSockets.
type generation struct {
	// Whether the API server translates v5 and tunnels.
	translates bool
	// Where on the kubelet's listener its routes are; the ones that translate have a prefix of their own.
	kubeletPrefix string
	// Whether streaming needs `create` besides `get`.
	needsCreate bool
}

// The generations by the first segment of the path, which stands for a proxy in front of the cluster.
var generations = map[string]generation{
	"l": {},
	"t": {translates: true, needsCreate: true},
	"k": {kubeletPrefix: "/translating", needsCreate: true},
}

type generationKey struct{}

type apiServer struct {
	pods       *podTable
	kubelet    *url.URL
	clientCAs  *x509.CertPool
	authorizer authorizer.AuthorizerFunc
}

func newAPIServer(pods *podTable, kubelet *url.URL, clientCAs *x509.CertPool) *apiServer {
	return &apiServer{pods, kubelet, clientCAs, authorize}
}

// handler chains the filters in the order of kube-apiserver.
func (s *apiServer) handler() http.Handler {
	handler := http.Handler(http.HandlerFunc(s.serve))
	handler = filters.WithAuthorization(handler, s.authorizer, codecs)
	handler = impersonation.WithImpersonation(handler, s.authorizer, codecs)
	handler = filters.WithAuthentication(
		handler, newAuthenticator(s.clientCAs), filters.Unauthorized(codecs), nil, nil)
	handler = filters.WithCacheControl(handler)
	handler = filters.WithRequestInfo(handler, &request.RequestInfoFactory{
		APIPrefixes:          sets.NewString("api", "apis"),
		GrouplessAPIPrefixes: sets.NewString("api"),
	})
	return withGeneration(handler)
}

// withGeneration takes the first segment off the path.
func withGeneration(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		generation, ok := generations[name]
		if !ok {
			http.Error(w, "the path must begin with /l, /t or /k", http.StatusNotFound)
			return
		}
		ctx := context.WithValue(r.Context(), generationKey{}, generation)
		http.StripPrefix("/"+name, next).ServeHTTP(w, r.WithContext(ctx))
	})
}

func (s *apiServer) serve(w http.ResponseWriter, r *http.Request) {
	info, _ := request.RequestInfoFrom(r.Context())
	switch {
	case !info.IsResourceRequest:
		serveDiscovery(w, r)
	case info.Resource == "pods" && info.Subresource == "":
		s.pods.serve(w, r, info)
	case info.Resource == "pods" && info.Name != "":
		handler, err := s.connect(r, info)
		if err != nil {
			respondError(w, r, err)
			return
		}
		handler.ServeHTTP(w, r)
	default:
		respondError(w, r, apierrors.NewNotFound(
			schema.GroupResource{Group: info.APIGroup, Resource: info.Resource}, info.Name))
	}
}

// connect is what serves a streaming subresource: the raw proxy to the kubelet, with a translator in front of it where
// the generation has one.
func (s *apiServer) connect(r *http.Request, info *request.RequestInfo) (http.Handler, error) {
	generation := r.Context().Value(generationKey{}).(generation)
	if generation.needsCreate {
		if err := s.authorizeCreate(r.Context()); err != nil {
			return nil, err
		}
	}
	options := streamOptionsOf(r.URL.Query())
	location, err := s.pods.kubeletPath(info, options)
	if err != nil {
		return nil, err
	}
	location.Scheme, location.Host = s.kubelet.Scheme, s.kubelet.Host
	location.Path = generation.kubeletPrefix + location.Path

	transport := &http.Transport{}
	upgrading := proxy.NewUpgradeAwareHandler(location, transport, false, true, errorResponder{})
	switch {
	case !generation.translates:
		return upgrading, nil
	case info.Subresource == "portforward":
		tunnel := translator.NewTunnelingHandler(upgrading)
		return translator.NewTranslatingHandler(
			upgrading, tunnel, wsstream.IsWebSocketRequestWithTunnelingProtocol), nil
	default:
		streams := translator.NewStreamTranslatorHandler(location, transport, 0, options.streams)
		return translator.NewTranslatingHandler(
			upgrading, streams, wsstream.IsWebSocketRequestWithStreamCloseProtocol), nil
	}
}

// authorizeCreate is the second check of 1.35 and later, which the authorization filter does not make for a GET.
func (s *apiServer) authorizeCreate(ctx context.Context) error {
	attributes, err := filters.GetAuthorizerAttributes(ctx)
	if err != nil {
		return err
	}
	record := *attributes.(*authorizer.AttributesRecord)
	record.Verb = "create"
	decision, reason, err := s.authorizer.Authorize(ctx, record)
	if err != nil {
		return apierrors.NewInternalError(err)
	}
	if decision != authorizer.DecisionAllow {
		return apierrors.NewForbidden(
			schema.GroupResource{Resource: record.Resource}, record.Name, errors.New(reason))
	}
	return nil
}

type errorResponder struct{}

func (errorResponder) Error(w http.ResponseWriter, r *http.Request, err error) {
	respondError(w, r, err)
}

func respondError(w http.ResponseWriter, r *http.Request, err error) {
	responsewriters.ErrorNegotiated(err, codecs, schema.GroupVersion{Version: "v1"}, w, r)
}
