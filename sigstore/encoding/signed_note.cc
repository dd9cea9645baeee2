#include "sigstore/encoding/signed_note.h"
