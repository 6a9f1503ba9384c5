using PathVlm.Modeling.Numerics;

namespace PathVlm.Synthesis.Drawing;

/// <summary>Distance from a point to a shape's edge in pixels, negative inside.</summary>
internal delegate float Distance(float x, float y);

/// <summary>A shape: its distance function and the square it lies in.</summary>
/// <param name="X">Centre column.</param>
/// <param name="Y">Centre row.</param>
/// <param name="Reach">Half the side of the square that holds it.</param>
/// <param name="Edge">The distance function.</param>
internal readonly record struct Shape(float X, float Y, float Reach, Distance Edge)
{
    /// <summary>The shape's outline, <paramref name="width"/> pixels wide.</summary>
    public Shape Outline(float width)
    {
        Distance edge = Edge;
        return this with { Reach = Reach + width, Edge = (x, y) => MathF.Abs(edge(x, y)) - (width / 2) };
    }

    /// <summary>The part of the shape outside another one.</summary>
    public Shape Without(Shape other)
    {
        Distance edge = Edge, cut = other.Edge;
        return this with { Edge = (x, y) => MathF.Max(edge(x, y), -cut(x, y)) };
    }

    /// <summary>The part of the shape inside another one.</summary>
    public Shape Within(Shape other)
    {
        Distance edge = Edge, keep = other.Edge;
        return this with { Edge = (x, y) => MathF.Max(edge(x, y), keep(x, y)) };
    }
}

/// <summary>The shapes that tissue is drawn with.</summary>
internal static class Shapes
{
    /// <summary>A disc.</summary>
    public static Shape Disc(float x, float y, float radius) =>
        new(x, y, radius, (px, py) => MathF.Sqrt(((px - x) * (px - x)) + ((py - y) * (py - y))) - radius);

    /// <summary>An ellipse, half axes <paramref name="a"/> along <paramref name="angle"/> and <paramref name="b"/> across it.</summary>
    public static Shape Ellipse(float x, float y, float a, float b, float angle)
    {
        (float sine, float cosine) = MathF.SinCos(angle);
        float small = MathF.Min(a, b);
        return new Shape(x, y, MathF.Max(a, b), (px, py) =>
        {
            float dx = px - x, dy = py - y;
            float u = ((dx * cosine) + (dy * sine)) / a, v = ((dy * cosine) - (dx * sine)) / b;
            return (MathF.Sqrt((u * u) + (v * v)) - 1) * small;
        });
    }

    /// <summary>A closed outline whose radius wavers, as those of cells and nests do.</summary>
    public static Shape Blob(SeededRandom random, float x, float y, float radius, float waver)
    {
        float a2 = waver * random.Normal() / 2, a3 = waver * random.Normal() / 3, a5 = waver * random.Normal() / 5;
        float p2 = random.Between(0, 6.3), p3 = random.Between(0, 6.3), p5 = random.Between(0, 6.3);
        float most = radius * (1 + MathF.Abs(a2) + MathF.Abs(a3) + MathF.Abs(a5));
        return new Shape(x, y, most, (px, py) =>
        {
            float dx = px - x, dy = py - y, t = MathF.Atan2(dy, dx);
            float edge = radius * (1 + (a2 * MathF.Cos((2 * t) + p2)) + (a3 * MathF.Cos((3 * t) + p3)) + (a5 * MathF.Cos((5 * t) + p5)));
            return MathF.Sqrt((dx * dx) + (dy * dy)) - edge;
        });
    }

    /// <summary>A line with round ends.</summary>
    public static Shape Capsule(float x0, float y0, float x1, float y1, float radius)
    {
        float dx = x1 - x0, dy = y1 - y0, square = MathF.Max((dx * dx) + (dy * dy), 1e-6f);
        float reach = (MathF.Sqrt(square) / 2) + radius;
        return new Shape((x0 + x1) / 2, (y0 + y1) / 2, reach, (px, py) =>
        {
            float along = Math.Clamp((((px - x0) * dx) + ((py - y0) * dy)) / square, 0, 1);
            float ex = px - x0 - (along * dx), ey = py - y0 - (along * dy);
            return MathF.Sqrt((ex * ex) + (ey * ey)) - radius;
        });
    }

    /// <summary>A regular polygon.</summary>
    public static Shape Polygon(float x, float y, float radius, int sides, float angle)
    {
        float inner = radius * MathF.Cos(MathF.PI / sides);
        return new Shape(x, y, radius, (px, py) =>
        {
            float most = float.MinValue;
            for (int side = 0; side < sides; side++)
            {
                (float sine, float cosine) = MathF.SinCos(angle + (2 * MathF.PI * side / sides));
                most = MathF.Max(most, ((px - x) * cosine) + ((py - y) * sine) - inner);
            }
            return most;
        });
    }
}
