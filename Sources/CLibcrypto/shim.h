// The parts of OpenSSL 3 that SignatureSuites uses: envelope keys, PEM, SM2 and SM3.
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

// Macros with casts are not imported into Swift.
static const int docket_public_key_selection = EVP_PKEY_PUBLIC_KEY;
