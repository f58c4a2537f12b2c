// Package identity tells who a caller is: it knows the ways in (the server's token, names with passwords, an OpenID Connect provider, tokens
// for programs), keeps sessions, and serves the pages below /auth/. What a caller may do is access's to decide.
//
// No secret is kept as it is: of session ids and tokens there are SHA-256 sums of 256 random bits, of passwords argon2id hashes, and a
// provider's refresh token is sealed with a key that only the session's cookie gives. None of them is ever part of an error or a log line.
package identity
