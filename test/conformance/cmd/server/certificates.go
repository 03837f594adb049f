package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// keyPair is PEM.
type keyPair struct {
	Cert string `json:"cert"`
	Key  string `json:"key"`
}

type certificates struct {
	ca     string
	pool   *x509.CertPool
	server tls.Certificate
	// Of the user admin; the expired one is by the same CA, the untrusted one by another.
	client, expiredClient, untrustedClient keyPair
}

type authority struct {
	template *x509.Certificate
	key      *ecdsa.PrivateKey
}

func newCertificates() (*certificates, error) {
	ca, caPEM, err := newAuthority("podwire conformance CA")
	if err != nil {
		return nil, err
	}
	other, _, err := newAuthority("another CA")
	if err != nil {
		return nil, err
	}
	inAnHour := time.Now().Add(time.Hour)
	anHourAgo := time.Now().Add(-time.Hour)
	server, err := ca.issue(&x509.Certificate{
		Subject:     pkix.Name{CommonName: "kube-apiserver"},
		NotAfter:    inAnHour.Add(23 * time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost", "kubernetes", "kubernetes.default.svc"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	})
	if err != nil {
		return nil, err
	}
	result := &certificates{ca: caPEM, pool: x509.NewCertPool()}
	result.pool.AppendCertsFromPEM([]byte(caPEM))
	if result.server, err = tls.X509KeyPair([]byte(server.Cert), []byte(server.Key)); err != nil {
		return nil, err
	}
	admin := func(by *authority, notAfter time.Time) (keyPair, error) {
		return by.issue(&x509.Certificate{
			Subject:     pkix.Name{CommonName: "admin", Organization: []string{"system:masters"}},
			NotAfter:    notAfter,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		})
	}
	if result.client, err = admin(ca, inAnHour.Add(23*time.Hour)); err != nil {
		return nil, err
	}
	if result.expiredClient, err = admin(ca, anHourAgo); err != nil {
		return nil, err
	}
	result.untrustedClient, err = admin(other, inAnHour)
	return result, err
}

func newAuthority(name string) (*authority, string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, "", err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-24 * time.Hour),
		NotAfter:              time.Now().Add(48 * time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return &authority{template, key}, encode("CERTIFICATE", der), err
}

func (a *authority) issue(template *x509.Certificate) (keyPair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return keyPair{}, err
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore = time.Now().Add(-24 * time.Hour)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, a.template, key.Public(), a.key)
	if err != nil {
		return keyPair{}, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	return keyPair{encode("CERTIFICATE", der), encode("PRIVATE KEY", keyDER)}, err
}

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
