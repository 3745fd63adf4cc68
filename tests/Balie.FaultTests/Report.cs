using System.Globalization;

namespace Balie.FaultTests;

/// <summary>Figures and seeds, kept with the test that measured them.</summary>
internal static class Report
{
    public static void Say(FormattableString line)
    {
        var text = line.ToString(CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        TestContext.Current.SendDiagnosticMessage(text);
    }
}
