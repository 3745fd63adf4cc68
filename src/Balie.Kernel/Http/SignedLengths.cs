using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Balie.Kernel;

/// <summary>
/// Kestrel reads <c>Content-Length: +5</c> as 5 where proxies read something else, and where two readers disagree, requests are smuggled.
/// No middleware can see the sign any more, so it is struck out of the incoming bytes and Kestrel itself then answers 400 and closes.
/// A body cannot be hurt: a plus counts only right after a line that begins with the header's name.
/// </summary>
/// <remarks>Stands before TLS, so it guards plain HTTP, as it comes from a proxy; HTTP/2 frames its lengths itself.</remarks>
internal static class SignedLengths
{
    private const int LongestPadding = 64;
    private const byte StruckOut = (byte)'x';
    private static readonly byte[] Name = Encoding.ASCII.GetBytes("\ncontent-length:");

    public static void Refuse(ListenOptions endpoint) => endpoint.Use(next => connection =>
    {
        connection.Transport = new Guarded(new Reader(connection.Transport.Input), connection.Transport.Output);
        return next(connection);
    });

    private sealed record Guarded(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Reader(PipeReader inner) : PipeReader
    {
        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var reading = inner.ReadAsync(cancellationToken);
            return reading.IsCompletedSuccessfully ? new ValueTask<ReadResult>(Checked(reading.Result)) : Wait(reading);
        }

        public override bool TryRead(out ReadResult result)
        {
            var read = inner.TryRead(out result);
            if (read) Checked(result);
            return read;
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private static async ValueTask<ReadResult> Wait(ValueTask<ReadResult> reading) => Checked(await reading);

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);
        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);
        public override void CancelPendingRead() => inner.CancelPendingRead();
        public override void Complete(Exception? exception = null) => inner.Complete(exception);
        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }

    private static ReadResult Checked(ReadResult read)
    {
        var rest = read.Buffer;
        // One vectorised look for a plus is all that ordinary requests pay.
        while (rest.PositionOf((byte)'+') is { } plus)
        {
            if (EndsInName(read.Buffer.Slice(0, plus))) StrikeOut(read.Buffer.Slice(plus, 1));
            rest = rest.Slice(read.Buffer.GetPosition(1, plus));
        }
        return read;
    }

    // Kestrel keeps a header line in the buffer until it is whole, so what precedes the plus is always here.
    private static bool EndsInName(in ReadOnlySequence<byte> before)
    {
        var length = (int)Math.Min(before.Length, Name.Length + LongestPadding);
        Span<byte> tail = stackalloc byte[Name.Length + LongestPadding];
        before.Slice(before.Length - length).CopyTo(tail);
        var line = tail[..length].TrimEnd(" \t"u8);
        return line.Length >= Name.Length && Ascii.EqualsIgnoreCase(line[^Name.Length..], Name);
    }

    private static void StrikeOut(in ReadOnlySequence<byte> sign) => MemoryMarshal.AsMemory(sign.First).Span[0] = StruckOut;
}
