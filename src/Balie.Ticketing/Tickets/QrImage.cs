using System.Globalization;
using System.Text;
using QRCoder;

namespace Balie.Ticketing.Tickets;

/// <summary>
/// A code as a QR symbol, its quiet margin included. Level M restores a seventh of it, enough for a folded page or a scratched screen.
/// </summary>
internal sealed class QrImage : IDisposable
{
    private const int PixelsPerModule = 8;
    private readonly QRCodeData _data;

    public QrImage(string text)
    {
        using var generator = new QRCodeGenerator();
        _data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
    }

    /// <summary>How many modules it is wide and high.</summary>
    public int Size => _data.ModuleMatrix.Count;

    /// <summary>What is dark, as runs of modules from left to right.</summary>
    public IEnumerable<(int X, int Y, int Length)> Runs()
    {
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
            {
                var begins = x;
                while (x < Size && _data.ModuleMatrix[y][x]) x++;
                if (x > begins) yield return (begins, y, x - begins);
            }
        }
    }

    /// <summary>Scales to any size; white behind, so that it can be read on a dark page.</summary>
    public string Svg(string title)
    {
        var path = new StringBuilder();
        foreach (var (x, y, length) in Runs()) path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h{length}v1h-{length}z");
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Size} {Size}" shape-rendering="crispEdges" role="img">
            <title>{title}</title><path fill="#fff" d="M0 0h{Size}v{Size}H0z"/><path d="{path}"/></svg>
            """;
    }

    public byte[] Png()
    {
        using var png = new PngByteQRCode(_data);
        return png.GetGraphic(PixelsPerModule);
    }

    public void Dispose() => _data.Dispose();
}
