// Certificates: made at every start, self-signed like that of a fresh vCenter and of a host that was never given another.

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"strings"
	"time"
)

func newCertificate(name string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		DNSNames:     []string{"localhost"},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, nil
}

// Fingerprints of a certificate: upper hex with colons.
type Fingerprints struct {
	SHA1   string `json:"sha1"`
	SHA256 string `json:"sha256"`
}

func fingerprintsOf(certificate tls.Certificate) Fingerprints {
	leaf := certificate.Certificate[0]
	short, long := sha1.Sum(leaf), sha256.Sum256(leaf)
	return Fingerprints{SHA1: colons(short[:]), SHA256: colons(long[:])}
}

func colons(hash []byte) string {
	return strings.ReplaceAll(fmt.Sprintf("% X", hash), " ", ":")
}
