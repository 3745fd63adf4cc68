using System.Buffers.Binary;

namespace Balie.Kernel;

/// <summary>New ids: UUIDv7, which sort by creation, so an index on them grows at one end.</summary>
public static class Ids
{
    private const int Version7 = 0x70;
    private const int Rfc9562 = 0x80;

    public static Guid New(DateTimeOffset now)
    {
        Span<byte> id = stackalloc byte[16];
        Chance.Fill(id);
        var milliseconds = now.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteUInt32BigEndian(id, (uint)(milliseconds >> 16));
        BinaryPrimitives.WriteUInt16BigEndian(id[4..], (ushort)(milliseconds & 0xffff));
        id[6] = (byte)((id[6] & 0x0f) | Version7);
        id[8] = (byte)((id[8] & 0x3f) | Rfc9562);
        return new Guid(id, bigEndian: true);
    }
}
