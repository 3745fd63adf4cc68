using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Balie.Ticketing.Tickets;

/// <summary>What a code says of itself before anybody verified it.</summary>
/// <param name="KeyNumber">Which of the organisation's keys signed it.</param>
/// <param name="Serial">Lower than the ticket's own: the code is dead.</param>
/// <param name="Slot">The last eight bytes of the slot's id, enough to tell it from the others of an organisation.</param>
internal readonly record struct TicketClaim(int KeyNumber, Guid TicketId, int Serial, ulong Slot)
{
    public bool IsFor(Guid slotId) => Slot == TicketCode.Short(slotId);
}

/// <summary>
/// The code of a ticket, signed: <c>BT1-</c> and 148 characters that a QR code carries in its dense alphanumeric mode. Whoever has the
/// organisation's public keys can verify it without asking anybody. The format, byte by byte, with test vectors: docs/ticket-codes.md.
/// </summary>
internal static class TicketCode
{
    public const string Prefix = "BT1-";
    private const int ClaimBytes = 28;
    private const int SignatureBytes = 64;

    /// <summary>How long every code is: with anything longer or shorter nothing else is tried.</summary>
    public const int Length = 152;

    /// <summary>The signed bytes: the prefix, so that no other signature of ours can be one of these, and the claim.</summary>
    public static byte[] Signed(TicketClaim claim)
    {
        var signed = new byte[Prefix.Length + ClaimBytes];
        "BT1-"u8.CopyTo(signed);
        BinaryPrimitives.WriteUInt16BigEndian(signed.AsSpan(4), checked((ushort)claim.KeyNumber));
        claim.TicketId.TryWriteBytes(signed.AsSpan(6), bigEndian: true, out _);
        BinaryPrimitives.WriteUInt16BigEndian(signed.AsSpan(22), checked((ushort)claim.Serial));
        BinaryPrimitives.WriteUInt64BigEndian(signed.AsSpan(24), claim.Slot);
        return signed;
    }

    public static string Sign(Guid ticketId, int serial, Guid slotId, TicketKey key)
    {
        var signed = Signed(new TicketClaim(key.Number, ticketId, serial, Short(slotId)));
        Span<byte> all = stackalloc byte[ClaimBytes + SignatureBytes];
        signed.AsSpan(Prefix.Length).CopyTo(all);
        key.Sign(signed, all[ClaimBytes..]);
        return Prefix + Base32.Write(all);
    }

    /// <summary>What a code of ours claims; null for anything else, also for another spelling of one. Nothing is verified yet.</summary>
    public static TicketClaim? Read(string code) => Bytes(code) is { } bytes ? Claim(bytes) : null;

    /// <summary>Whether this key signed this code.</summary>
    public static bool Verify(string code, TicketKey key) =>
        Bytes(code) is { } bytes && Claim(bytes) is var claim && claim.KeyNumber == key.Number
        && key.Verify(Signed(claim), bytes.AsSpan(ClaimBytes));

    /// <summary>The part of a slot's id that is random.</summary>
    public static ulong Short(Guid slotId)
    {
        Span<byte> bytes = stackalloc byte[16];
        slotId.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
    }

    private static TicketClaim Claim(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt16BigEndian(bytes), new Guid(bytes[2..18], bigEndian: true),
        BinaryPrimitives.ReadUInt16BigEndian(bytes[18..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[20..]));

    private static byte[]? Bytes(string code) =>
        code.Length == Length && code.StartsWith(Prefix, StringComparison.Ordinal)
            ? Base32.Read(code.AsSpan(Prefix.Length), ClaimBytes + SignatureBytes)
            : null;
}

/// <summary>
/// A code for the holder's own phone that is good for half a minute, so that a picture of it is soon worthless: <c>BR1-</c>, the ticket,
/// its serial, the half-minute and half an HMAC over them. Only whoever knows the ticket's secret can make or verify one: we, and a device
/// with the manifest.
/// </summary>
internal static class RotatingCode
{
    private const int KeyBytes = 20;

    /// <summary>
    /// The key of a ticket's rotating codes. Made of its secret and not that itself, because devices at the door are given it, and the
    /// links of transfers are made of the secret too.
    /// </summary>
    public static byte[] KeyOf(byte[] ticketSecret) => HMACSHA256.HashData(ticketSecret, "rotating"u8)[..KeyBytes];

    public const string Prefix = "BR1-";
    public const int Length = 65;
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private const int ClaimBytes = 22;
    private const int MacBytes = 16;

    // The phone's clock or the walk to the door: the code before and the one after are good, too.
    private const int Tolerance = 1;

    public readonly record struct Claim(Guid TicketId, int Serial, uint Step);

    public static uint StepAt(DateTimeOffset moment) => checked((uint)(moment.ToUnixTimeSeconds() / (long)Step.TotalSeconds));

    public static DateTimeOffset Begins(uint step) => DateTimeOffset.FromUnixTimeSeconds(step * (long)Step.TotalSeconds);

    public static string Write(Claim claim, ReadOnlySpan<byte> secret)
    {
        Span<byte> all = stackalloc byte[ClaimBytes + MacBytes];
        Bytes(claim).AsSpan(Prefix.Length).CopyTo(all);
        Mac(claim, secret).CopyTo(all[ClaimBytes..]);
        return Prefix + Base32.Write(all);
    }

    public static Claim? Read(string code) => Parts(code) is { } bytes ? Of(bytes) : null;

    /// <summary>Whether the code was made with this secret, in this half-minute or one beside it.</summary>
    public static bool Verify(string code, ReadOnlySpan<byte> secret, DateTimeOffset now) =>
        Parts(code) is { } bytes && Of(bytes) is var claim && Math.Abs((long)StepAt(now) - claim.Step) <= Tolerance
        && CryptographicOperations.FixedTimeEquals(Mac(claim, secret), bytes.AsSpan(ClaimBytes));

    private static byte[] Mac(Claim claim, ReadOnlySpan<byte> secret) => HMACSHA256.HashData(secret, Bytes(claim))[..MacBytes];

    private static byte[] Bytes(Claim claim)
    {
        var bytes = new byte[Prefix.Length + ClaimBytes];
        "BR1-"u8.CopyTo(bytes);
        claim.TicketId.TryWriteBytes(bytes.AsSpan(4), bigEndian: true, out _);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(20), checked((ushort)claim.Serial));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(22), claim.Step);
        return bytes;
    }

    private static Claim Of(ReadOnlySpan<byte> bytes) => new(
        new Guid(bytes[..16], bigEndian: true), BinaryPrimitives.ReadUInt16BigEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt32BigEndian(bytes[18..]));

    private static byte[]? Parts(string code) =>
        code.Length == Length && code.StartsWith(Prefix, StringComparison.Ordinal)
            ? Base32.Read(code.AsSpan(Prefix.Length), ClaimBytes + MacBytes)
            : null;
}
