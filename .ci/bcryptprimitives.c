// Rust's std takes random numbers from ProcessPrng in bcryptprimitives.dll. Wine 8 has no such DLL,
// but a function that does the same.
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *data, SIZE_T size) {
    return size <= MAXDWORD && RtlGenRandom(data, (ULONG)size);
}
