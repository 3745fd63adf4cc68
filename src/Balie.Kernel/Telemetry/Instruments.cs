using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Balie.Kernel;

/// <summary>The meter and the source of our own figures and spans. Names are <c>balie.noun.fact</c>; labels are few and bounded.</summary>
public static class Instruments
{
    public const string Name = "Balie";

    public static readonly Meter Meter = new(Name);

    public static readonly ActivitySource Source = new(Name);
}
